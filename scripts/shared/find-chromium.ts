import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/**
 * Returns the path of Chromium: what `CHROMIUM` names, or else the first of its usual names on the `PATH`.
 *
 * @throws Error that says in one sentence how to get it
 */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string {
  const { CHROMIUM: chosen, PATH: path = '' } = environment
  if (chosen) {
    if (isProgram(chosen)) return chosen
    throw new Error(`unable to start a browser; CHROMIUM names ${chosen}, which is no program`)
  }
  const folders = path.split(delimiter).filter((folder) => folder !== '')
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram)
  if (found !== undefined) return found
  throw new Error(
    'unable to start a browser; there is no Chromium on the PATH: `apt-get install chromium`, or name one in CHROMIUM',
  )
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
