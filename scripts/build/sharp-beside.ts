import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../shared/bundling/bundle-functions.ts'

/** The platform of the functions: the stack chooses `arm64`. */
const LAMBDA_MACHINE = { os: 'linux', cpu: 'arm64', libc: 'glibc' }

interface Package {
  version?: string
  dependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
}

interface Lock {
  lockfileVersion: number
  packages: Record<string, Package>
}

/** The files that are needed at run time, and licences: no sources, types or maps. */
const RUNS = /\.(?:c?js|json|node|mjs|so(?:\.\d+)*)$|LICENSE|THIRD-PARTY/

/**
 * Returns the files of `sharp` for a platform, by their path below `node_modules/`, sorted. npm installs them into a
 * temporary folder, with the versions and hashes of this project's package-lock.json, whatever this machine's platform
 * is.
 *
 * @throws Error if npm can't install them, for example without a registry
 */
export async function sharpBeside(machine = LAMBDA_MACHINE): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = await mkdtemp(join(tmpdir(), 'tabletalk-sharp-'))
  try {
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(await lockOfSharp()))
    await writeFile(join(folder, 'package.json'), JSON.stringify({ dependencies: await wanted() }))
    await installInto(folder, machine)
    return await filesIn(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const projectLock = async () => JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lock

const wanted = async () => ({ sharp: (await projectLock()).packages['node_modules/sharp']!.version! })

/** Returns the part of the lock file for `sharp` and everything that it needs, for every platform. */
export async function lockOfSharp(): Promise<Lock> {
  const { lockfileVersion, packages } = await projectLock()
  const needed = new Set(['node_modules/sharp'])
  for (const path of needed) {
    const { dependencies, optionalDependencies } = packages[path]!
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const own = `${path}/node_modules/${name}`
      needed.add(own in packages ? own : `node_modules/${name}`)
    }
  }
  const own = [...needed].map((path) => [path, packages[path]!] as const)
  return { lockfileVersion, packages: { '': { dependencies: await wanted() }, ...Object.fromEntries(own) } }
}

/** Uses this project's npm settings, such as its registry. */
async function installInto(folder: string, { os, cpu, libc }: typeof LAMBDA_MACHINE): Promise<void> {
  const args = [
    'ci',
    '--loglevel=error',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    `--os=${os}`,
    `--cpu=${cpu}`,
    `--libc=${libc}`,
  ]
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  try {
    await promisify(execFile)(npm, args, { cwd: folder, shell: process.platform === 'win32' })
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string }
    throw new Error(`unable to build what makes pictures small; npm could not install sharp for ${os}: ${stderr}`, {
      cause,
    })
  }
}

async function filesIn(folder: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = await readdir(join(folder, 'node_modules'), { recursive: true, withFileTypes: true })
  const paths = found
    .filter((one) => one.isFile() && RUNS.test(one.name) && one.name !== '.package-lock.json')
    .map((one) => join(one.parentPath, one.name))
  const files = new Map<string, Uint8Array>()
  for (const path of paths.sort()) files.set(relative(folder, path).split(sep).join('/'), await readFile(path))
  if (![...files.keys()].some((name) => name.endsWith('.node'))) {
    throw new Error('unable to build what makes pictures small; npm installed no program for that machine')
  }
  return files
}
