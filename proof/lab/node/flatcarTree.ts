/**
 * Debian's packages whose programs Flatcar's image does not have. Other packages need them, so they are
 * installed, and their programs are removed. Flatcar masks Perl and Python, its sh is bash and its awk is gawk.
 * https://github.com/flatcar/scripts/blob/flatcar-4757/sdk_container/src/third_party/coreos-overlay/coreos-base/coreos/coreos-0.0.1.ebuild
 * https://github.com/flatcar/scripts/blob/flatcar-4757/sdk_container/src/third_party/coreos-overlay/profiles/coreos/targets/generic/prod/package.mask
 */
const absent = [
  ...["adduser", "apt", "base-passwd", "dash", "debconf", "debianutils", "dpkg", "init-system-helpers"],
  ...["libpam-runtime", "mawk", "perl-base", "sysvinit-utils"],
];

/**
 * A shell script whose $1 is the root of a Debian with merged /usr. It removes programs that Flatcar lacks, and
 * makes Flatcar's folders and links.
 * https://github.com/flatcar/baselayout/blob/main/Makefile
 * https://github.com/flatcar/scripts/blob/flatcar-4757/sdk_container/src/third_party/coreos-overlay/coreos-base/misc-files/misc-files-0-r9.ebuild
 */
export const flatcarTree = `
cd "$1"

for package in ${absent.join(" ")}; do
  # A package may be part of one release of Debian only.
  [ -e "var/lib/dpkg/info/$package.list" ] || continue
  sed -nE 's,^/(usr/)?(s?bin/.+),usr/\\2,p' "var/lib/dpkg/info/$package.list" | xargs -r rm -f
done
grep -slIE '^#!.*/(perl|python)' usr/bin/* usr/sbin/* | xargs -r rm
ln -s bash usr/bin/sh

# /usr/sbin is a link to bin. Debian links some programs from one to the other.
find usr/bin usr/sbin -type l -lname '*bin/*' | while read -r link; do
  case $(readlink "$link") in */bin/"\${link##*/}" | */sbin/"\${link##*/}") rm "$link" ;; esac
done
mv usr/sbin/* usr/bin
rmdir usr/sbin
ln -s bin usr/sbin
ln -snf bin sbin
# Such as the alternatives of awk, of which gawk stays.
chroot . bash -c 'find -L /usr/bin -type l -delete'

rm -rf usr/games usr/include usr/local usr/src
mkdir -p usr/local/bin usr/local/lib usr/libexec/kubernetes/kubelet-plugins/volume
ln -s bin usr/local/sbin

# The kubelet's plugins are the one folder below /usr that leads to a writable place.
plugins=/var/kubernetes/kubelet-plugins/volume/exec
mkdir -p ".$plugins"
ln -s $plugins usr/libexec/kubernetes/kubelet-plugins/volume/exec

rm -rf etc/apt etc/dpkg var/lib/apt var/lib/dpkg
`;
