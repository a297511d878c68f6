/** The bastion's type: it only passes connections on. */
export const bastionType = "t3.nano";
