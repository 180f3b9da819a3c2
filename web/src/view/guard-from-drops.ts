import { hasFiles } from './use-drop.ts'

/** Keeps the browser from replacing the chat by a file that is dropped outside of the places for files. */
export function guardFromDrops(): void {
  const onDrag = (event: globalThis.DragEvent) => {
    if (event.defaultPrevented || !hasFiles(event)) return
    event.preventDefault()
    event.dataTransfer!.dropEffect = 'none'
  }
  window.addEventListener('dragover', onDrag)
  window.addEventListener('drop', onDrag)
}
