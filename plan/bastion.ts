/** The bastion's type: it passes connections on, and runs nothing. */
export const bastionType = "t3.nano";
