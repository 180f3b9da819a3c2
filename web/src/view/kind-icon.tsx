import { type FileKind, fileKind } from '../text/file-kind.ts'
import { FileIcon, line } from './icons.tsx'

const icons: Record<FileKind, () => React.ReactNode> = {
  picture: line('M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.5'),
  sound: line(
    'M9 17.5V5.5l10-2v12M6.5 15a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M16.5 13a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5',
  ),
  film: line('M4 5h16v14H4zM10 9v6l5-3z'),
  table: line('M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14'),
  slides: line('M4 4.5h16v11H4zM12 15.5v5M8 20.5h8M9 12v-3M12 12V7.5M15 12v-2'),
  archive: line('M4 4.5h16v4H4zM5.5 8.5v11h13v-11M10 12h4'),
  code: line('M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14'),
  text: line('M6 3h8l5 5v13H6zM14 3v5h5M9 12h7M9 15h7M9 18h4'),
  other: FileIcon,
}

/** The icon for a kind of file. */
export function KindIcon({ contentType }: { contentType: string }) {
  const kind = fileKind(contentType)
  const Icon = icons[kind]
  return (
    <span className={`file-icon is-${kind}`}>
      <Icon />
    </span>
  )
}
