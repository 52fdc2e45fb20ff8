import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export type Certificate = { readonly keyPath: string; readonly certificatePath: string }

/**
 * A self-made certificate for 127.0.0.1, for an hour's measuring.
 *
 * @returns null where there is no `openssl`: HTTPS is then not measured.
 */
export async function makeCertificate(folder: string): Promise<Certificate | null> {
  const keyPath = join(folder, 'key.pem')
  const certificatePath = join(folder, 'certificate.pem')
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1']
  try {
    await promisify(execFile)('openssl', ['req', ...kind, ...subject, '-keyout', keyPath, '-out', certificatePath])
    return { keyPath, certificatePath }
  } catch {
    return null
  }
}
