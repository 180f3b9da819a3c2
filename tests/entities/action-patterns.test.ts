import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { type PermissionName, permissions } from '../../src/protocol/permissions.ts'
import { settingsOf } from '../../src/protocol/settings-of.ts'
import { patternsInCode } from './pattern-list.ts'

const src = fileURLToPath(new URL('../../src/', import.meta.url))

/** A declaration at the top of a file, and the declarations that it names in any file, as `<file>#<name>`. */
interface Declared {
  named: string[]
  text: string
}

const declared = new Map<string, Declared>(
  readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap(declarationsIn),
)

function declarationsIn(file: string): [string, Declared][] {
  const source = ts.createSourceFile(file, readFileSync(join(src, file), 'utf8'), ts.ScriptTarget.Latest, true)
  const own = new Map<string, ts.Node>()
  const imported = new Map<string, string>()
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))
      own.set(statement.name!.text, statement)
    if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) {
        if (ts.isIdentifier(name)) own.set(name.text, statement)
      }
    }
    if (!ts.isImportDeclaration(statement) || statement.importClause?.isTypeOnly) continue
    const from = (statement.moduleSpecifier as ts.StringLiteral).text
    const bindings = statement.importClause?.namedBindings
    if (!from.startsWith('.') || bindings === undefined || !ts.isNamedImports(bindings)) continue
    for (const { name, propertyName, isTypeOnly } of bindings.elements) {
      if (!isTypeOnly) imported.set(name.text, `${normalize(join(file, '..', from))}#${(propertyName ?? name).text}`)
    }
  }
  const idOf = (name: string) => imported.get(name) ?? (own.has(name) ? `${file}#${name}` : undefined)
  return [...own].map(([name, node]) => [
    `${file}#${name}`,
    { named: valuesIn(node).flatMap((value) => idOf(value) ?? []), text: node.getFullText(source) },
  ])
}

/** Returns the names of values in a declaration, without types and properties. */
function valuesIn(node: ts.Node): string[] {
  if (ts.isTypeNode(node)) return []
  if (ts.isIdentifier(node)) return [node.text]
  if (ts.isPropertyAccessExpression(node)) return valuesIn(node.expression)
  if (ts.isPropertyAssignment(node)) return valuesIn(node.initializer)
  const values: string[] = []
  node.forEachChild((child) => {
    values.push(...valuesIn(child))
  })
  return values
}

const numberOf = new Map(patternsInCode().map(({ number, name }) => [name, number]))

/** Returns the access patterns that a declaration reaches. What a pattern itself reaches is in its comment. */
function reached(id: string, seen = new Set<string>()): Set<string> {
  const found = new Set<string>()
  if (seen.has(id)) return found
  seen.add(id)
  const [file, name] = id.split('#') as [string, string]
  const number = file.startsWith('entities/') && numberOf.get(name)
  if (number) return found.add(number)
  for (const next of declared.get(id)?.named ?? []) {
    // Reached only if a setting says so: see below.
    if (id === 'rooms/admission.ts#admit' && next.endsWith('#getDetails')) continue
    for (const number of reached(next, seen)) found.add(number)
  }
  return found
}

const asksSettings = (text: string): boolean =>
  [...text.matchAll(/\badmit\(caller, \w+, (.*?), now\b|\badmit\(caller, \w+, (.*?), Date/g)]
    .flatMap(([, one, other]) => [...(one ?? other)!.matchAll(/'(\w+)'/g)])
    .map(([, name]) => permissions[name as PermissionName].from)
    .some((from) => from !== 'post' && from in settingsOf('link'))

const actions = [...declared].filter(
  ([id, { text }]) => /^(?:ws|http)\/actions\//.test(id) && /= \w*action\(/i.test(text),
)

test.each(actions)('%s names in its comment the access patterns that it uses', (id, { text }) => {
  const [comment] = /\/\*\*[^]*?\*\//.exec(text) ?? ['']
  const used = reached(id)
  const inFile = declared.get(id)!.named.filter((other) => other.split('#')[0] === id.split('#')[0])
  const all = [text, ...inFile.map((other) => declared.get(other)?.text ?? '')].join('')
  if (asksSettings(all) || all.includes('withSettings: true')) used.add(numberOf.get('getDetails')!)
  const sorted = (numbers: Iterable<string>) => [...numbers].sort((a, b) => parseInt(a.slice(2)) - parseInt(b.slice(2)))
  expect([...comment.matchAll(/\bAP\d+\b/g)].map(([number]) => number)).toEqual(sorted(used))
})

test('every action is looked at', () => {
  const files = ['ws/actions', 'http/actions'].flatMap((folder) => readdirSync(join(src, folder)))
  expect(actions.length).toBe(files.length)
})
