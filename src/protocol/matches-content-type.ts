import { canonicalType } from './canonical-type.ts'

/**
 * Whether a media type, under any of its names, is one of those that `sync` announces in `limits.contentTypes`.
 *
 * @param contentType lower case, without parameters: `image/png`
 * @param patterns media types; `image/*` means all images
 */
export function matchesContentType(contentType: string, patterns: readonly string[]): boolean {
  const canonical = canonicalType(contentType)
  return patterns.some((pattern) =>
    pattern.endsWith('/*')
      ? [contentType, canonical].some((name) => name.startsWith(pattern.slice(0, -1)))
      : canonicalType(pattern) === canonical,
  )
}
