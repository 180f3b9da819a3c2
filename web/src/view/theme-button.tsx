import { words } from '../language/words.ts'
import { type ThemeChoice, themes } from '../state/theme.ts'
import { DeviceIcon, MoonIcon, SunIcon } from './icons.tsx'
import { useStore } from '../../../client/react/index.ts'

const icons = { system: DeviceIcon, light: SunIcon, dark: MoonIcon }

/** A button that changes to the next theme. */
export function ThemeButton({ choice }: { choice: ThemeChoice }) {
  const theme = useStore(choice)
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!
  const Icon = icons[theme]
  const label = words.colours(words.themes[theme])
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={words.changeColours(words.themes[theme], words.themes[next])}
      onClick={() => choice.choose(next)}
    >
      <Icon />
    </button>
  )
}
