import { describe, expect, it } from 'vitest'
import { hasFolderTimes, isShare, mountOf, parseMounts } from './mounts.ts'

const mounts = parseMounts(`27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
24 27 0:6 / /dev rw - devtmpfs devtmpfs rw
40 27 8:17 / /media/ann/EOS\\040DIGITAL rw,nosuid shared:12 - exfat /dev/sdb1 rw,uid=1000
41 27 0:50 / /mnt/nas rw shared:3 master:1 - cifs //nas/photos rw,vers=3.1.1
42 27 0:51 / /mnt/nas/new rw - nfs4 server:/export rw
43 27 0:52 / /home/ann/sftp rw - fuse.sshfs ann@host:/ rw
44 27 8:33 / /media/ann/WD rw - fuseblk /dev/sdc1 rw
45 27 8:49 / /media/ann/WD rw - ext4 /dev/sdd1 rw
a line that is none

`)

describe('mountOf', () => {
  it.each([
    ['/home/ann/Pictures', 'ext4'],
    ['/media/ann/EOS DIGITAL/DCIM', 'exfat'],
    ['/media/ann/EOS DIGITAL', 'exfat'],
    ['/media/ann/EOS', 'ext4'],
    ['/mnt/nas/2026', 'cifs'],
    ['/mnt/nas/new/2026', 'nfs4'],
    ['/mnt/nas/newer', 'cifs'],
    ['/', 'ext4']
  ])('finds for %s the innermost mount', (path, fileSystem) => {
    expect(mountOf(path, mounts)?.fileSystem).toBe(fileSystem)
  })

  it('takes of two at one place the one on top', () => {
    expect(mountOf('/media/ann/WD/x', mounts)?.source).toBe('/dev/sdd1')
  })

  it('finds none where nothing is known', () => {
    expect(mountOf('/home', parseMounts(''))).toBeNull()
  })
})

describe('isShare', () => {
  it('tells what others can change from what only this computer can', () => {
    expect(mounts.filter(isShare).map(({ fileSystem }) => fileSystem)).toEqual(['cifs', 'nfs4', 'fuse.sshfs'])
  })
})

describe('hasFolderTimes', () => {
  it('trusts no file system that is not known to keep them', () => {
    expect(mounts.filter(hasFolderTimes).map(({ mountPoint }) => mountPoint)).toEqual(['/', '/media/ann/WD'])
  })
})
