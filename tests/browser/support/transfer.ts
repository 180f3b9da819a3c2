import type { Locator } from 'playwright-core'
import type { GivenFile } from './files.ts'

/** Drops files on an element, as from the desktop. Returns whether the browser would open them. */
export async function drop(target: Locator, ...files: readonly GivenFile[]): Promise<boolean> {
  for (const type of ['dragenter', 'dragover']) await transfer(target, type, files)
  return transfer(target, 'drop', files)
}

/** Holds files over an element. */
export const dragOver = (target: Locator, ...files: readonly GivenFile[]): Promise<boolean> =>
  transfer(target, 'dragenter', files)

/** Pastes files into a field. */
export const paste = (target: Locator, ...files: readonly GivenFile[]): Promise<boolean> =>
  transfer(target, 'paste', files)

const transfer = (target: Locator, type: string, files: readonly GivenFile[]): Promise<boolean> =>
  target.evaluate(
    (element: Target, { type, files }) => {
      const data = new DataTransfer()
      for (const { name, mimeType, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
        data.items.add(new File([bytes], name, { type: mimeType }))
      }
      const options = { bubbles: true, cancelable: true }
      return element.dispatchEvent(
        type === 'paste'
          ? new ClipboardEvent(type, { ...options, clipboardData: data })
          : new DragEvent(type, { ...options, dataTransfer: data }),
      )
    },
    { type, files: files.map(({ buffer, ...file }) => ({ ...file, base64: buffer.toString('base64') })) },
  )

// As much of the browser as is used here: the compiler is set to Node's types.
interface Target {
  dispatchEvent(event: unknown): boolean
}
declare const DataTransfer: new () => { items: { add(file: File): void } }
declare const ClipboardEvent: new (type: string, options: object) => unknown
declare const DragEvent: new (type: string, options: object) => unknown
