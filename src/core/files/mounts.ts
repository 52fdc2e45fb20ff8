import { sep } from 'node:path'

/** What is mounted where, of one line of Linux's `/proc/self/mountinfo`. */
export type Mount = {
  readonly mountPoint: string
  /** For example `ext4`, `cifs`, `fuse.sshfs`. */
  readonly fileSystem: string
  /** A device (`/dev/sdb1`), a share (`//nas/photos`), or whatever its driver calls it. */
  readonly source: string
  /** `major:minor`; for what has no device a number that is another one each time. */
  readonly device: string
}

/** @returns in the order in which they were mounted. Lines that cannot be read are left out. */
export function parseMounts(mountInfo: string): ReadonlyArray<Mount> {
  return mountInfo.split('\n').flatMap((line) => {
    // 36 35 98:0 /root /mount/point rw,noatime master:1 - ext3 /dev/root rw (proc_pid_mountinfo(5))
    const [left = '', right = ''] = line.split(' - ')
    const [, , device, , mountPoint] = left.split(' ')
    const [fileSystem, source] = right.split(' ')
    if (!device || !mountPoint || !fileSystem) return []
    return [{ mountPoint: fromOctal(mountPoint), fileSystem, source: fromOctal(source ?? ''), device }]
  })
}

/** The mount that a path lies in: the innermost, and of several at one place the one that hides the others. */
export function mountOf(path: string, mounts: ReadonlyArray<Mount>): Mount | null {
  let found: Mount | null = null
  for (const mount of mounts) {
    const { mountPoint } = mount
    const isInside = path === mountPoint || path.startsWith(mountPoint.endsWith(sep) ? mountPoint : mountPoint + sep)
    if (isInside && mountPoint.length >= (found?.mountPoint.length ?? 0)) found = mount
  }
  return found
}

const SHARES = new Set([
  ...['nfs', 'nfs4', 'cifs', 'smb3', 'smbfs', 'ncpfs', 'afs', 'ceph', 'glusterfs', 'davfs', '9p', 'virtiofs'],
  ...['vboxsf', 'vmhgfs', 'prl_fs', 'drvfs']
])

/**
 * Whether others can change files there without this computer's kernel knowing, so that it announces nothing: network
 * shares, folders shared with a virtual machine, and what a program of the user's provides (`fuse.sshfs`). A local disk
 * driven by such a program is `fuseblk`.
 */
export function isShare({ fileSystem }: Mount): boolean {
  return SHARES.has(fileSystem) || fileSystem.startsWith('fuse.')
}

const TIMED_FOLDERS = new Set(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs', 'zfs', 'f2fs', 'bcachefs', 'tmpfs'])

/** Whether a folder's change time tells for sure that something came, went or was renamed in it. Of FAT it does not. */
export function hasFolderTimes({ fileSystem }: Mount): boolean {
  return TIMED_FOLDERS.has(fileSystem)
}

/** Blanks and the like are written as octal numbers. */
function fromOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
