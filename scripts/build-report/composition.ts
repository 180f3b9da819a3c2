import type { FunctionBundle } from '../shared/bundling/bundle-functions.ts'

/** Returns the bytes of each package and each of our folders in a bundle, largest first: `[source, bytes]`. */
export function composition({ code, contents }: FunctionBundle): [source: string, bytes: number][] {
  const bySource = new Map<string, number>()
  let named = 0
  for (const [file, bytes] of contents) {
    const source = sourceOf(file)
    bySource.set(source, (bySource.get(source) ?? 0) + bytes)
    named += bytes
  }
  bySource.set('(glue)', code.length - named)
  return [...bySource].sort(([, some], [, others]) => others - some)
}

function sourceOf(file: string): string {
  const inPackage = file.lastIndexOf('node_modules/')
  if (inPackage === -1) return file.split('/').slice(0, 2).join('/')
  const [scopeOrName = '', name = ''] = file.slice(inPackage + 'node_modules/'.length).split('/')
  return scopeOrName.startsWith('@') ? `${scopeOrName}/${name}` : scopeOrName
}
