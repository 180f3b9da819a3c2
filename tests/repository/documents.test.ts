import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** Files that are committed or about to be. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)))
const documents = files.filter((file) => file.endsWith('.md'))
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

/** Returns the text without its fenced blocks, which contain examples. */
const prose = (text: string) => text.replace(/^```.*?^```$/gms, '')

/** Returns the anchors that GitHub gives the headings of a document. */
const anchors = (text: string): string[] =>
  [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

/**
 * Returns paths in backticks such as `src/entities/…`, if their first folder exists in the repository and no part is a
 * placeholder.
 */
const namedPaths = (text: string): string[] => {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['dist', 'node_modules'].includes(entry.name))
    .map(({ name }) => name)
  return [...text.matchAll(/`([\w.-]+\/[\w./-]*)`/g)]
    .map(([, path]) => path!)
    .filter((path) => folders.includes(path.split('/')[0]!))
}

test('the documents are found', () => {
  expect(documents).toEqual(expect.arrayContaining(['README.md', 'CONTRIBUTING.md', 'docs/architecture.md']))
})

describe.each(documents)('%s', (document) => {
  const text = read(document)

  test('links to files and headings that there are', () => {
    const links = [...prose(text).matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, link]) => link!)
    const broken = links.filter((link) => {
      const [path, anchor] = link.split('#') as [string, string?]
      const file = path === '' ? document : normalize(join(dirname(document), path))
      if (!existsSync(join(root, file))) return true
      return anchor !== undefined && !anchors(read(file)).includes(anchor)
    })
    expect(broken).toEqual([])
  })

  // A change log names things that no longer exist.
  const current = document !== 'CHANGELOG.md'

  test.runIf(current)('names files and folders that there are, from the root or from its own folder', () => {
    const unknown = namedPaths(text).filter(
      (path) => !existsSync(join(root, path)) && !existsSync(join(root, dirname(document), path)),
    )
    expect(unknown).toEqual([])
  })

  test.runIf(current)('names commands that there are', () => {
    const named = [...text.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script]) => script)
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named))
  })
})
