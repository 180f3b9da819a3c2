import { canonicalType } from './canonical-type.ts'

/**
 * Whether a media type is one of those that `sync` announces in `limits.contentTypes`, under any of its names.
 *
 * @param contentType lower case, without parameters: `image/png`
 * @param patterns media types; `image/*` stands for all images
 */
export function matchesContentType(contentType: string, patterns: readonly string[]): boolean {
  const canonical = canonicalType(contentType)
  return patterns.some((pattern) =>
    pattern.endsWith('/*')
      ? [contentType, canonical].some((name) => name.startsWith(pattern.slice(0, -1)))
      : canonicalType(pattern) === canonical,
  )
}
