import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { StartupError } from '../contracts.ts'
import { installJavaCommand } from './install-java.ts'

/**
 * Returns an environment without the developer's own options for Java, which may change the heap or attach an agent.
 */
export function withoutJavaOptions(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { JAVA_TOOL_OPTIONS: _, JDK_JAVA_OPTIONS: __, _JAVA_OPTIONS: ___, ...others } = env
  return others
}

/** DynamoDB Local 3 is compiled for Java 17. */
const MINIMUM_JAVA = 17

const run = promisify(execFile)

/**
 * Finds the first Java that is new enough, in `JAVA_HOME`, the PATH and Homebrew's own folder (`brew install openjdk`
 * leaves it outside the PATH). If `javaPath` is given, checks only that one.
 *
 * @throws StartupError with the command that installs Java
 */
export async function findJava(javaPath?: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  let tooOld: string | undefined
  for (const candidate of javaPath === undefined ? candidates(env) : [javaPath]) {
    const version = await majorVersion(candidate)
    if (version === undefined) continue
    if (version >= MINIMUM_JAVA) return candidate
    tooOld ??= `the Java found (${candidate}) is version ${version} and ${MINIMUM_JAVA} or newer is needed`
  }
  const missing = javaPath === undefined ? 'no Java was found' : `no Java answers at ${javaPath}`
  throw new StartupError(`unable to start DynamoDB Local; ${tooOld ?? missing}: run \`${await remedy()}\``)
}

function candidates(env: NodeJS.ProcessEnv): string[] {
  const home = env.JAVA_HOME
  return [
    ...(home ? [join(home, 'bin', 'java')] : []),
    'java',
    ...(process.platform === 'darwin' ? ['/opt/homebrew/opt/openjdk/bin/java', '/usr/local/opt/openjdk/bin/java'] : []),
  ]
}

/**
 * Returns undefined for a missing Java, and for macOS's `/usr/bin/java`, which only says where to get one and fails.
 */
async function majorVersion(java: string): Promise<number | undefined> {
  const output = await run(java, ['-version'], { env: withoutJavaOptions(process.env) }).catch(() => undefined)
  const [, major, minor] = /version "(\d+)(?:\.(\d+))?/.exec(output?.stderr ?? '') ?? []
  if (major === undefined) return undefined
  // Java 8 and older write their version as 1.8.
  return major === '1' ? Number(minor) : Number(major)
}

async function remedy(): Promise<string> {
  if (process.platform !== 'linux') return installJavaCommand(process.platform)
  // Without the file, the most common command is suggested.
  const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => '')
  return installJavaCommand(process.platform, osRelease)
}
