/** The name and the looks that a team gives to the chat. */
export interface Brand {
  name: string
  /** A picture on the page's own host, shown before the name. */
  logo?: string
  /** Values of the colours in `tokens.css`, by name: `{ "accent": "light-dark(#0f766e, #5eead4)" }`. */
  colours?: Readonly<Record<string, string>>
}

/** The brand of `config.json`. */
export let brand: Brand = { name: 'Tabletalk' }

interface Styled {
  style: { setProperty(name: string, value: string): void }
}

/**
 * Sets the brand. Must be called before the page is shown.
 *
 * @param root the document's root element, which gets the colours
 */
export function showBrand(next: Brand, root: Styled): void {
  brand = next
  for (const [name, value] of Object.entries(next.colours ?? {})) root.style.setProperty(`--${name}`, value)
}

/**
 * Checks the `brand` of `config.json`.
 *
 * @throws Error that says what is wrong
 */
export function brandFrom(json: unknown, base: string): Brand {
  const { name, logo, colours } = (json ?? {}) as Record<string, unknown>
  if (typeof name !== 'string' || name.trim() === '') throw new Error('The "brand" in config.json has no "name".')
  if (logo !== undefined && !isOwn(logo, base)) {
    throw new Error('The "logo" in config.json is not a path on the page’s own host.')
  }
  if (colours !== undefined && !areColours(colours)) {
    throw new Error('The "colours" in config.json are not names and values of colours.')
  }
  return { name, ...(logo !== undefined && { logo }), ...(colours !== undefined && { colours }) }
}

/** Whether an address is on the page's own host: the content security policy allows no other logo. */
const isOwn = (path: unknown, base: string): path is string =>
  typeof path === 'string' && URL.canParse(path, base) && new URL(path, base).origin === new URL(base).origin

const areColours = (colours: unknown): colours is Record<string, string> =>
  typeof colours === 'object' &&
  colours !== null &&
  Object.entries(colours).every(([name, value]) => /^[a-z-]+$/.test(name) && typeof value === 'string')
