import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

const FOLDERS = ['src', 'client', 'local', 'web', 'terraform', 'scripts', 'bench', 'examples', 'tests']

/** Every TypeScript source of the repository, as a path from its root. */
export const sources: readonly string[] = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => `${folder}/${file}`),
)

export interface Imports {
  /** Paths from the root. */
  relative: string[]
  packages: string[]
}

/** Returns the modules that a source imports, even for types: a folder that knows another's types depends on it. */
export function importsOf(file: string): Imports {
  const text = readFileSync(join(root, file), 'utf8')
  const named = [...text.matchAll(/(?:^|[\s;])(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, name]) => name!)
  return {
    relative: named
      .filter((name) => name.startsWith('.'))
      .map((name) => normalize(join(dirname(file), name.replace(/\?.*$/, '')))),
    packages: named.filter((name) => !name.startsWith('.')),
  }
}

/** Returns every cycle of imports among the files, each once, as `a → b → a`. */
export function circles(files: readonly string[]): string[] {
  const found: string[] = []
  const finished = new Set<string>()
  const walk = (file: string, path: readonly string[]) => {
    const start = path.indexOf(file)
    if (start >= 0) found.push([...path.slice(start), file].join(' → '))
    if (start >= 0 || finished.has(file)) return
    for (const imported of importsOf(file).relative) {
      if (files.includes(imported)) walk(imported, [...path, file])
    }
    finished.add(file)
  }
  for (const file of files) walk(file, [])
  return found
}
