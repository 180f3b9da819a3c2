export const XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** A piece of well-formed XML. Only this goes into a template unescaped. */
class Xml {
  constructor(readonly text: string) {}
}

/** Template tag. Escapes strings and numbers, and inserts `Xml` unchanged. */
export function xml(strings: TemplateStringsArray, ...values: (string | number | Xml | Xml[])[]): Xml {
  return new Xml(String.raw({ raw: strings }, ...values.map(textOf)))
}

function textOf(value: string | number | Xml | Xml[]): string {
  if (value instanceof Xml) return value.text
  if (Array.isArray(value)) return value.map((each) => each.text).join('')
  return String(value).replace(/[&<>"'\u0000-\u001f\u007f]/g, (char) => `&#${char.charCodeAt(0)};`)
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Resolves the character references in the text of a request's element. */
export function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
    if (typeof name === 'string') return NAMED[name.toLowerCase()] ?? whole
    const point = typeof hex === 'string' ? parseInt(hex, 16) : parseInt(String(decimal), 10)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}
