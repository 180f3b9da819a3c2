/**
 * Whether a media type is one of those that `sync` announces in `limits.contentTypes`.
 *
 * @param contentType lower case, without parameters: `image/png`
 * @param patterns media types; `image/*` stands for all images
 */
export const matchesContentType = (contentType: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) =>
    pattern.endsWith('/*') ? contentType.startsWith(pattern.slice(0, -1)) : contentType === pattern,
  )
