import ts from 'typescript'

/** Writes a data type, such as the inferred type of a schema, without using any type name. */
export function plainType(type: ts.Type, checker: ts.TypeChecker): string {
  const write = (part: ts.Type): string => plainType(part, checker)
  if (type.flags & ts.TypeFlags.Boolean) return 'boolean'
  if (type.isUnion()) return alternatives(type.types.map(write))
  if (checker.isArrayType(type)) return `Array<${write(checker.getTypeArguments(type as ts.TypeReference)[0]!)}>`
  if (!(type.flags & ts.TypeFlags.Object) && !type.isIntersection()) return checker.typeToString(type)
  const indexed = checker.getIndexInfosOfType(type).map((info) => `[key: ${write(info.keyType)}]: ${write(info.type)}`)
  const properties = checker.getPropertiesOfType(type).map((property) => {
    const mark = property.flags & ts.SymbolFlags.Optional ? '?' : ''
    return `${property.name}${mark}: ${write(checker.getTypeOfSymbol(property))}`
  })
  return `{ ${[...indexed, ...properties].join('; ')} }`
}

/** Joins `true` and `false` in a union to `boolean` again. */
function alternatives(written: string[]): string {
  const isBoolean = written.includes('true') && written.includes('false')
  const others = isBoolean ? [...written.filter((one) => one !== 'true' && one !== 'false'), 'boolean'] : written
  return others.join(' | ')
}
