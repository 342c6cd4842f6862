import { join } from 'node:path'
import { canIsolate } from '../support/requirements.ts'
import type { Image } from './build.ts'

/**
 * Shows the folder as the root of a read-only file system, in which are the libraries of this machine and its Node,
 * and runs the rest of the arguments there: as the image's user, who has no capability and cannot get one.
 */
const script = `
set -eu
root=$1 node=$2 workdir=$3 user=$4; shift 4
mount --make-rprivate /
mount --bind "$root" "$root"
for folder in usr lib lib64 bin etc dev proc; do
  [ -e "/$folder" ] || continue
  mkdir -p "$root/$folder"
  mount --bind "/$folder" "$root/$folder"
  [ "$folder" = dev ] || [ "$folder" = proc ] || mount -o remount,ro,bind "$root/$folder"
done
mkdir -p "$root/nodejs/bin"
touch "$root/nodejs/bin/node"
mount --bind "$node" "$root/nodejs/bin/node"
mount -o remount,ro,bind "$root"
exec chroot "$root" /usr/bin/env -C "$workdir" setpriv --reuid "\${user%:*}" --regid "\${user#*:}" --clear-groups \
  --no-new-privs --inh-caps=-all --bounding-set=-all /nodejs/bin/node "$@"
`

type Command = readonly [program: string, ...args: string[]]

/** How an image runs Node with these arguments (its own when there are none): shut in where that can be done. */
export function commandIn({ root, workdir, user, cmd }: Image, args: readonly string[] = cmd): Command {
  if (canIsolate) {
    return ['unshare', '-m', 'sh', '-c', script, 'sh', root, process.execPath, workdir, user, ...args]
  }
  const [program = '', ...rest] = args
  return [process.execPath, join(root, workdir, program), ...rest]
}
