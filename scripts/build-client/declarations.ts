import { resolve } from 'node:path'
import { format } from 'prettier'
import ts from 'typescript'
import { plainType } from './plain-type.ts'

/** Types with a parameter, which `plainType` can't write out. */
const GENERIC = `export type Action = keyof Replies
export type RequestFrame<A extends Action> = Frames[A]
export type Reply<A extends Action> = Replies[A]
`

/**
 * Writes the SDK's types to `outDir`: `client/` with a declaration for each of its files, and `protocol.d.ts`. The
 * latter has the types of the protocol's schemas written out, so that an application can compile without `zod`.
 *
 * @throws Error with the compiler's message, if a type can't be written out
 */
export async function writeDeclarations(root: string, entries: string[], outDir: string): Promise<void> {
  const { config } = ts.readConfigFile(resolve(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: object
  }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const protocol = resolve(root, 'scripts/build-client/protocol.ts')
  const program = ts.createProgram([...entries.map((entry) => resolve(root, entry)), protocol], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    // Constructors and methods that only the SDK itself uses are marked `@internal`.
    stripInternal: true,
    rootDir: root,
    outDir,
  })
  const client = resolve(outDir, 'client/')
  const emitted = program.emit(undefined, (path, text) => {
    const [, name] = path.split(`${client}/`)
    if (name !== undefined && name !== 'request-frame.d.ts')
      ts.sys.writeFile(resolve(outDir, 'client', name), published(text))
  })
  if (emitted.diagnostics.length > 0) {
    throw new Error(ts.formatDiagnostics(emitted.diagnostics, ts.createCompilerHost(options)))
  }
  const types = await format(writtenOut(program, protocol) + GENERIC, { parser: 'typescript' })
  ts.sys.writeFile(resolve(outDir, 'protocol.d.ts'), types)
}

/** Changes the `.ts` of imports, which an application's compiler refuses, to `.js`. */
const published = (text: string): string =>
  text
    .replaceAll(/(['"])(?:\.\.\/src\/protocol\/[\w-]+|\.\/request-frame)\.ts(['"])/g, '$1../protocol.js$2')
    .replaceAll(/(from ['"]\.\.?\/[^'"]+)\.ts(['"])/g, '$1.js$2')
    .replaceAll(/(import\(['"]\.\/[^'"]+)\.ts(['"]\))/g, '$1.js$2')

/** Writes out every type that the module exports, and declares its functions. */
function writtenOut(program: ts.Program, path: string): string {
  const checker = program.getTypeChecker()
  const module = checker.getSymbolAtLocation(program.getSourceFile(path)!)!
  const types = checker.getExportsOfModule(module).map((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    if (!(symbol.flags & ts.SymbolFlags.Type)) return declared(symbol, checker)
    return `export type ${exported.name} = ${plainType(checker.getDeclaredTypeOfSymbol(symbol), checker)}\n`
  })
  return types.join('')
}

function declared(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const comment = ts.displayPartsToString(symbol.getDocumentationComment(checker))
  return `/** ${comment} */\nexport declare const ${symbol.name}: ${checker.typeToString(checker.getTypeOfSymbol(symbol))}\n`
}
