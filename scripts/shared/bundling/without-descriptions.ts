import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'
import ts from 'typescript'

/** Leaves the descriptions of the protocol's fields out of the bundles. Only the documents use them. */
export const withoutDescriptions: Plugin = {
  name: 'without-descriptions',
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]protocol[\\/][^\\/]+\.ts$/ }, async ({ path }) => ({
      contents: emptied(await readFile(path, 'utf8')),
      loader: 'ts',
    }))
  },
}

/**
 * Returns the source with '' for each text in `describe(text)` and `meta({ description: text })`. Line numbers don't
 * change.
 */
function emptied(source: string): string {
  const file = ts.createSourceFile('schema.ts', source, ts.ScriptTarget.Latest)
  let rest = source
  for (const text of textsIn(file).toReversed()) {
    const lines = text.getText(file).split('\n').length - 1
    rest = `${rest.slice(0, text.getStart(file))}''${'\n'.repeat(lines)}${rest.slice(text.end)}`
  }
  return rest
}

/** Returns the texts in the order of the source. */
function textsIn(node: ts.Node): ts.Expression[] {
  if (ts.isCallExpression(node)) {
    const name = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression
    const [argument] = node.arguments
    const called = ts.isIdentifier(name) ? name.text : ''
    if (called === 'describe' && argument !== undefined) return [argument]
    if (called === 'meta' && argument !== undefined && ts.isObjectLiteralExpression(argument)) {
      const texts = argument.properties.filter(ts.isPropertyAssignment)
      return texts.flatMap(({ name, initializer }) =>
        ts.isIdentifier(name) && name.text === 'description' ? [initializer] : [],
      )
    }
  }
  const found: ts.Expression[] = []
  ts.forEachChild(node, (child) => void found.push(...textsIn(child)))
  return found
}
