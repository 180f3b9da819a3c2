import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import type { PageFile } from '../../local/page/page-files.ts'

const file = new URL('../../tests/fixtures/version-0.1.0/page.json.gz', import.meta.url)

/** Returns the files of the page of 0.1.0. A server of today serves it too, because the protocol only gains. */
export async function pageOfVersion010(): Promise<PageFile[]> {
  return JSON.parse(gunzipSync(await readFile(file)).toString()) as PageFile[]
}
