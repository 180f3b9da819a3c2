import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/**
 * The same browser without what a window needs. It has no push messages and no microphone, but a page takes a third of
 * the processor's time.
 */
const SHELL = 'chromium-headless-shell'

/**
 * Returns the path of Chromium: what `CHROMIUM` names, or else the first of its usual names on the `PATH`.
 *
 * @param wants `shell`: its shell without windows, if there is one. Default: the whole browser
 * @throws Error that says in one sentence how to get it
 */
export function findChromium(environment: NodeJS.ProcessEnv = process.env, wants: 'whole' | 'shell' = 'whole'): string {
  const { CHROMIUM: chosen, PATH: path = '' } = environment
  if (chosen) {
    if (isProgram(chosen)) return chosen
    throw new Error(`unable to start a browser; CHROMIUM names ${chosen}, which is no program`)
  }
  const folders = path.split(delimiter).filter((folder) => folder !== '')
  const names = wants === 'shell' ? [SHELL, ...NAMES] : NAMES
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram)
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
