/**
 * The bastion's type: it passes connections on, and runs nothing. It has 1 GiB: images of Flatcar's family have failed to boot
 * with 512 MiB (https://github.com/flatcar/Flatcar/issues/32, https://github.com/coreos/fedora-coreos-tracker/issues/1540).
 */
export const bastionType = "t3.micro";
