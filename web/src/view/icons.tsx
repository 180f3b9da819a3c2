import type { ReactNode } from 'react'

/** An icon of 24 × 24, drawn with lines in the text's colour. */
function Icon({ children, isDirected = false }: { children: ReactNode; isDirected?: boolean }) {
  return (
    <svg className={isDirected ? 'icon is-directed' : 'icon'} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  )
}

/** An icon that is one path. */
export const line =
  (d: string, isDirected = false) =>
  () => (
    <Icon isDirected={isDirected}>
      <path d={d} />
    </Icon>
  )

/** An icon that points in the reading direction. It is mirrored in languages that are read from right to left. */
const directed = (d: string) => line(d, true)

export const SmileIcon = line(
  'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M8.5 14.5a4.2 4.2 0 0 0 7 0M9 9.6v.8M15 9.6v.8',
)
export const BellIcon = line('M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4')
export const BellOffIcon = line('M6 16.5V11c0-1 .2-1.9.6-2.7M9 5.8A6 6 0 0 1 18 11v3.5M4.5 18.5h12M10 21h4M4 4l16 16')
export const EyeIcon = line(
  'M2.5 12C5 7.5 8.3 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.8 6.5-9.5 6.5S5 16.5 2.5 12M12 9.3a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4',
)
export const ReplyIcon = directed('M9.5 6 4 11.5 9.5 17M4 11.5h9.5a6 6 0 0 1 6 6V19')
export const ThreadIcon = line('M4 5.5h16v10.5h-9L6.5 20v-4H4zM8 9.5h8M8 12.5h5')
export const PlusIcon = line('M12 5v14M5 12h14')
export const HashIcon = line('M9.5 4 7.5 20M16.5 4l-2 16M4.5 9h16M3.5 15h16')
export const CloseIcon = line('M6 6l12 12M18 6 6 18')
export const BackIcon = directed('M15 5l-7 7 7 7')
export const NextIcon = directed('M9 5l7 7-7 7')
export const DownIcon = line('M12 5v14M6 13l6 6 6-6')
export const CheckIcon = line('M5 12.5l4.5 4.5L19 7.5')
export const ReadIcon = line('M2.5 12.5 7 17l9.5-9.5M11.5 16l1 1L22 7.5')
export const UpIcon = line('M12 19V6M6 11l6-6 6 6')
export const ClipIcon = line(
  'M20 11.5l-8.2 8.2a5 5 0 0 1-7.1-7.1l8.6-8.6a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8',
)
export const DownloadIcon = line('M12 4v11M7 11l5 5 5-5M5 20h14')
export const RetryIcon = line('M20 5v5h-5M4 19v-5h5M19 10a7.5 7.5 0 0 0-13.5-2.5M5 14a7.5 7.5 0 0 0 13.5 2.5')
export const LeaveIcon = directed('M14 4H6v16h8M10 12h11M17 8l4 4-4 4')
export const EnterIcon = directed('M10 4h8v16h-8M3 12h11M10 8l4 4-4 4')
export const SunIcon = line(
  'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5V4M12 20v1.5M2.5 12H4M20 12h1.5M5.3 5.3l1 1M17.7 17.7l1 1M5.3 18.7l1-1M17.7 6.3l1-1',
)
export const MoonIcon = line('M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z')
export const DeviceIcon = line('M4 5h16v11H4zM9 20h6M12 16v4')
export const PeopleIcon = line(
  'M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20a6.5 6.5 0 0 1 13 0M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.2a6.5 6.5 0 0 1 3.5 5.8',
)
export const ChatIcon = line('M4 5h16v11H10l-6 4z')
export const SearchIcon = line('M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l4.5 4.5')
export const FileIcon = line('M6 3h8l5 5v13H6zM14 3v5h5')
export const ClockIcon = line('M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5V12l3 2')
export const AlertIcon = line('M12 4 2.8 20h18.4zM12 10v4.5M12 17.2v.3')
export const SendIcon = directed('M4 12 20 4.5 15 20l-3.5-6.5zM11.5 13.5 20 4.5')
export const CloudOffIcon = line('M4 4l16 16M8 8.2A6 6 0 0 1 17.4 11 4.5 4.5 0 0 1 20 18.5M16 19H7a5 5 0 0 1-1-9.9')
export const MicIcon = line(
  'M12 3.5a3 3 0 0 0-3 3V11a3 3 0 0 0 6 0V6.5a3 3 0 0 0-3-3M5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21',
)
export const MegaphoneIcon = line('M4 10v4h3l9 5V5l-9 5zM19.5 9.5a4 4 0 0 1 0 5')
export const LockIcon = line('M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11M12 14.5v2')
export const GlobeIcon = line(
  'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M3.5 12h17M12 3.5c-5 5-5 12 0 17M12 3.5c5 5 5 12 0 17',
)
export const MoreIcon = line('M5 12h1M11.5 12h1M18 12h1')
export const AddPersonIcon = line(
  'M10 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M3.5 20a6.5 6.5 0 0 1 11-4.7M18 14v6M15 17h6',
)
export const LinkIcon = line(
  'M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7l1.1-1.1',
)
export const EditIcon = line('M4 20l1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5l3.5 3.5')
export const ShieldIcon = line('M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6z')
export const PinIcon = line('M9 4h6l-1 6 3 3.5H7L10 10zM12 13.5V20')
export const SettingsIcon = line(
  'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M9 14.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5',
)
export const TrashIcon = line('M5 7h14M10 7V4.5h4V7M7 7l1 13h8l1-13M10.5 11v5.5M13.5 11v5.5')
export const BlockIcon = line('M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M6 6l12 12')
