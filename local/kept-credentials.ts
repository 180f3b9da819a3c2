import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { StartupError } from './contracts.ts'
import type { LocalCredentials } from './environment.ts'
import { writePrivately } from './write-privately.ts'

const FILE = 'credentials.json'

/** Returns new keys that nobody can guess. DynamoDB Local requires them to be alphanumeric. */
export const newCredentials = (): LocalCredentials => ({
  accessKeyId: `LOCAL${randomBytes(16).toString('hex').toUpperCase()}`,
  secretAccessKey: randomBytes(20).toString('hex'),
})

/**
 * Returns the keys of a data directory, which are made at its first start. They must stay: DynamoDB Local names the
 * table's file after the access key, and signed links to files remain valid over a restart.
 *
 * @throws StartupError if the kept keys can't be read
 */
export async function keptCredentials(dataDir: string): Promise<LocalCredentials> {
  const file = join(dataDir, FILE)
  try {
    const { accessKeyId, secretAccessKey } = JSON.parse(await readFile(file, 'utf8')) as Partial<LocalCredentials>
    if (!/^[A-Za-z0-9]+$/.test(accessKeyId ?? '') || typeof secretAccessKey !== 'string') throw new SyntaxError()
    return { accessKeyId: accessKeyId!, secretAccessKey }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') {
      throw new StartupError(`unable to read the keys of the data; mend ${file}`, { cause })
    }
  }
  const credentials = newCredentials()
  await writePrivately(file, JSON.stringify(credentials))
  return credentials
}
