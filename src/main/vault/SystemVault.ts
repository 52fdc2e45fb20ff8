import type { CallOutput } from '../../shared/ipc/contract.ts'

/** `system`: only this person can read it; `basic`: the key is public knowledge; `none`: nothing encrypts here. */
export type VaultKind = CallOutput<'app:state'>['vault']

/** What the operating system does with a text so that only this person's programs can read it again. */
export interface SystemVault {
  kind(): Promise<VaultKind>
  encrypt(text: string): Promise<Buffer>
  /** Rejects while the vault is locked, and for bytes that another key encrypted. */
  decrypt(bytes: Buffer): Promise<{ readonly result: string; readonly shouldReEncrypt: boolean }>
}
