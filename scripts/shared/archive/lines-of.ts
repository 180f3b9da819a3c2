import { createReadStream } from 'node:fs'

const NEWLINE = 10

export interface TextLine {
  text: string
  /** Counted from 1, beginning at the byte where the reading began. */
  number: number
  /** Byte of the file at which the next line begins. */
  end: number
}

/** Yields the lines of a file from a byte on, without empty lines. Holds one line and a chunk in memory. */
export async function* linesOf(path: string, start = 0): AsyncGenerator<TextLine> {
  let end = start
  let number = 0
  let rest: Buffer[] = []
  const lineWith = (last: Buffer): TextLine => {
    const bytes = Buffer.concat([...rest, last])
    rest = []
    end += bytes.length
    return { text: bytes.toString(), number: ++number, end }
  }
  for await (const chunk of createReadStream(path, { start }) as AsyncIterable<Buffer>) {
    let from = 0
    for (let to = chunk.indexOf(NEWLINE); to !== -1; to = chunk.indexOf(NEWLINE, from)) {
      const line = lineWith(chunk.subarray(from, to + 1))
      from = to + 1
      if (line.text.trim() !== '') yield line
    }
    rest.push(chunk.subarray(from))
  }
  const line = lineWith(Buffer.alloc(0))
  if (line.text.trim() !== '') yield line
}
