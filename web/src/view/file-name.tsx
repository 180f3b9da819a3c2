import { splitFileName } from '../text/split-file-name.ts'

/** A file's name in one line. Its extension is always visible, and at the end. */
export function FileName({ name, isHidden }: { name: string; isHidden?: boolean }) {
  const { stem, ending } = splitFileName(name)
  return (
    <span className="file-name" dir="ltr" title={stem + ending} aria-hidden={isHidden}>
      <bdi className="ellipsis">{stem}</bdi>
      <bdi>{ending}</bdi>
    </span>
  )
}
