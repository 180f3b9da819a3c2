import { chmod, rename, writeFile } from 'node:fs/promises'

/** Writes a file that only its owner may read. Readers never see it half-written. */
export async function writePrivately(file: string, content: string): Promise<void> {
  const draft = `${file}.new`
  await writeFile(draft, content, { mode: 0o600 })
  await chmod(draft, 0o600)
  await rename(draft, file)
}
