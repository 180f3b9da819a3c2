import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadStack } from '../../terraform/stack.ts'
import { bundleFunctions, filesOf, type FunctionBundle, root } from '../shared/bundling/bundle-functions.ts'
import { zipOf } from '../shared/bundling/zip.ts'
import { findProvider } from './find-provider.ts'

/** A copy of `terraform/` with its own state and newly built functions. */
export interface Workspace {
  /**
   * Runs Terraform in the copy's root, which is initialized. Returns its output.
   *
   * @throws Error with the command and its output, if it fails
   */
  terraform: (...args: string[]) => Promise<string>
  /**
   * Initializes another folder of the copy (`''` for the stack's module). Returns a function that runs Terraform there.
   */
  in: (folder: string) => Promise<Workspace['terraform']>
  /** The environment of Terraform: the provider's account and endpoints. */
  environment: Record<string, string>
  /** Adds a file to the copy of `terraform/`. */
  add: (file: string, content: string) => Promise<void>
  close: () => Promise<void>
}

/** Keeps the developer's own account and profile from the provider. */
const NOBODY = {
  AWS_ACCESS_KEY_ID: 'none',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  AWS_EC2_METADATA_DISABLED: 'true',
  CHECKPOINT_DISABLE: '1',
  TF_IN_AUTOMATION: '1',
  TF_CLI_ARGS: '-no-color',
}

/** The variables that have no default. */
export const REQUIRED_VARIABLES = {
  jwks_url: 'https://login.example.com/.well-known/jwks.json',
  jwt_issuer: 'https://login.example.com/',
  jwt_audience: 'tabletalk',
  allowed_origins: ['https://chat.example.com'],
}

/** One file of each kind of `npm run build:web` that Terraform treats differently. */
const PAGE = {
  'index.html': '<!doctype html>',
  'assets/index-0a1b2c3d.js': '',
  'assets/index-0a1b2c3d.css': '',
  'assets/index-0a1b2c3d.js.map': '{}',
  'assets/LICENSE': '',
  // As macOS adds it to folders that were opened.
  '.DS_Store': '',
  'assets/.DS_Store': '',
}

/**
 * Creates a workspace and initializes it with a provider on this disk or, if there is none, with one that Terraform
 * downloads. In both cases the lock file must have the provider's hash. Returns the reason if Terraform or that
 * provider is not available.
 *
 * @param bundles the functions; if omitted, they are built here
 */
export async function makeWorkspace(bundles?: readonly FunctionBundle[]): Promise<Workspace | string> {
  const folder = await mkdtemp(join(tmpdir(), 'tabletalk-terraform-'))
  const close = () => rm(folder, { recursive: true, force: true })
  const home = join(folder, 'terraform')
  const environment: Record<string, string> = { ...NOBODY, PATH: process.env.PATH ?? '', HOME: folder }
  const terraformIn =
    (place: string) =>
    (...args: string[]) =>
      run('terraform', args, join(home, place), environment)
  const terraform = terraformIn('root')
  const add = (file: string, content: string) => writeFile(join(home, file), content)

  await cp(join(root, 'terraform'), home, { recursive: true, filter: (path) => !/\.terraform$|tfstate/.test(path) })
  await add('root/required.auto.tfvars.json', JSON.stringify(REQUIRED_VARIABLES))
  await mkdir(join(folder, 'dist', 'zips'), { recursive: true })
  for (const bundle of bundles ?? (await bundleFunctions(loadStack().functions))) {
    await writeFile(join(folder, 'dist', 'zips', `${bundle.name}.zip`), zipOf(filesOf(bundle)))
  }
  await mkdir(join(folder, 'dist', 'web', 'assets'), { recursive: true })
  for (const [file, content] of Object.entries(PAGE)) await writeFile(join(folder, 'dist', 'web', file), content)

  const source = await initialize(terraform)
  if (typeof source === 'string') {
    await close()
    return source
  }
  const initialized = async (place: string) => {
    const there = terraformIn(place)
    await there('init', '-backend=false', '-input=false', ...source)
    return there
  }
  return { terraform, in: initialized, environment, add, close }
}

/** Returns the arguments with which `init` worked, or the reason why it failed. */
async function initialize(terraform: Workspace['terraform']): Promise<string[] | string> {
  try {
    await terraform('version')
  } catch {
    return 'terraform is not installed'
  }
  const sources = (await findProvider()).map((folder) => [`-plugin-dir=${folder}`])
  let reason = ''
  for (const source of [...sources, []]) {
    try {
      await terraform('init', '-backend=false', '-input=false', '-lockfile=readonly', ...source)
      return source
    } catch (error) {
      reason = (error as Error).message
    }
  }
  return `the AWS provider is not on this disk and could not be downloaded: ${reason}`
}

export function run(
  command: string,
  args: string[],
  cwd: string,
  env: Record<string, string | undefined> = process.env,
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout)
      reject(new Error(`unable to ${command} ${args.join(' ')}; ${stderr.trim() || stdout.trim()}`))
    })
  })
}
