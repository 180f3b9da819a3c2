import { type DragEvent, useEffect, useRef, useState } from 'react'

interface Drop {
  isOver: boolean
  handlers: Record<'onDragEnter' | 'onDragOver' | 'onDragLeave' | 'onDrop', (event: DragEvent) => void>
}

/** Browsers emit an event every 50 to 350 ms while files are dragged over an element. After this time they are gone. */
const GONE_MS = 1_000

export const hasFiles = (event: { dataTransfer: DataTransfer | null }): boolean =>
  event.dataTransfer?.types.includes('Files') ?? false

/** Receives files that are dropped on an element. */
export function useDrop(onFiles: (files: Iterable<File>) => void): Drop {
  const [isOver, setIsOver] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const end = () => {
    clearTimeout(timer.current)
    setIsOver(false)
  }
  useEffect(() => {
    // Files that are dropped elsewhere, or whose drag is cancelled, are no longer over the element.
    const events = ['drop', 'dragend'] as const
    for (const name of events) window.addEventListener(name, end)
    return () => {
      clearTimeout(timer.current)
      for (const name of events) window.removeEventListener(name, end)
    }
  }, [])
  const onDragOver = (event: DragEvent) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    setIsOver(true)
    // The row under the pointer may be removed without an event while files are dragged over it.
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setIsOver(false), GONE_MS)
  }
  const onDragLeave = (event: DragEvent) => {
    const inner = event.relatedTarget instanceof Node ? event.relatedTarget : null
    if (!event.currentTarget.contains(inner)) end()
  }
  const onDrop = (event: DragEvent) => {
    if (!hasFiles(event)) return
    event.preventDefault()
    end()
    onFiles(event.dataTransfer.files)
  }
  return { isOver, handlers: { onDragEnter: onDragOver, onDragOver, onDragLeave, onDrop } }
}
