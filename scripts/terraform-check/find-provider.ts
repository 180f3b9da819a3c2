import { execFile } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'

const PROVIDER = 'registry.terraform.io/hashicorp/aws'

/**
 * The places where Terraform itself looks:
 * https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
 */
const CONVENTIONAL = [
  process.env.TF_PLUGIN_CACHE_DIR,
  join(homedir(), '.terraform.d', 'plugins'),
  join(homedir(), '.terraform.d', 'plugin-cache'),
  join(homedir(), '.local', 'share', 'terraform', 'plugins'),
  '/usr/local/share/terraform/plugins',
  '/usr/share/terraform/plugins',
].filter((folder) => folder !== undefined && folder !== '')

/**
 * Returns folders that contain the AWS provider, in the form that `-plugin-dir` takes. Searches the conventional places
 * first, and the whole disk if they have none.
 */
export async function findProvider(): Promise<string[]> {
  const likely = await find(CONVENTIONAL as string[])
  return likely.length > 0 ? likely : find(['/'])
}

async function find(under: string[]): Promise<string[]> {
  const passedBy = ['/proc', '/sys'].flatMap((path) => ['-path', path, '-o'])
  const tests = ['-path', `*${PROVIDER}/*`, '-name', 'terraform-provider-aws*', '-print']
  const found = await new Promise<string>((resolve) => {
    // `find` fails if a folder is missing or unreadable, but still prints what it has found.
    execFile('find', [...under, '(', ...passedBy, '-false', ')', '-prune', '-o', ...tests], (_, stdout) =>
      resolve(stdout),
    )
  })
  const folders = found.split('\n').filter((path) => path.includes(PROVIDER))
  return [...new Set(folders.map((path) => path.slice(0, path.indexOf(PROVIDER))))]
}
