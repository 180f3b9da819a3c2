import * as z from 'zod/mini'
/** Formats 16384 as `16,384`. */
export const grouped = (value: number): string => value.toLocaleString('en-US')

/** Returns a Markdown table. Cells are escaped. */
export function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...body.map(line)].join('\n')
}

/** Returns a frame as a code block. A test parses it again. */
export const frame = (value: object): string => `\`\`\`json\n${JSON.stringify(value)}\n\`\`\``

export const descriptionOf = (schema: z.core.$ZodType): string => z.globalRegistry.get(schema)?.description ?? ''
