/** For each format, the name that Tabletalk uses, and the names that browsers and systems use. */
const names = (): Record<string, readonly string[]> => ({
  'application/gzip': [
    ...['application/x-gzip', 'application/x-gunzip', 'application/gzipped', 'application/gzip-compressed'],
    ...['application/x-gzip-compressed', 'application/x-compressed', 'application/x-compressed-tar'],
    ...['application/x-tgz', 'application/x-gtar-compressed'],
  ],
  'application/json': ['application/x-json'],
  'application/msword': ['application/vnd.ms-word', 'application/x-msword', 'application/doc'],
  'application/pdf': ['application/x-pdf', 'text/pdf', 'text/x-pdf'],
  'application/vnd.ms-excel': ['application/msexcel', 'application/x-msexcel', 'application/xls', 'application/x-xls'],
  'application/vnd.ms-powerpoint': ['application/mspowerpoint', 'application/powerpoint', 'application/x-mspowerpoint'],
  'application/zip': ['application/x-zip-compressed', 'application/x-zip', 'application/zip-compressed'],
  'audio/aac': ['audio/x-aac', 'audio/aacp', 'audio/adts', 'audio/vnd.dlna.adts', 'audio/x-hx-aac-adts'],
  'audio/aiff': ['audio/x-aiff', 'audio/aif', 'audio/x-aifc'],
  'audio/ape': ['audio/x-ape', 'audio/monkeys-audio'],
  'audio/basic': ['audio/au', 'audio/x-au'],
  'audio/flac': ['audio/x-flac'],
  'audio/midi': ['audio/mid', 'audio/x-midi', 'audio/x-mid', 'audio/sp-midi'],
  'audio/mp4': [
    'audio/x-m4a',
    'audio/m4a',
    'audio/mp4a-latm',
    'audio/x-mp4',
    'audio/x-m4b',
    'audio/m4b',
    'audio/x-m4r',
  ],
  'audio/mpeg': [
    'audio/mp3',
    'audio/x-mp3',
    'audio/mpeg3',
    'audio/x-mpeg',
    'audio/x-mpeg-3',
    'audio/mpg',
    'audio/x-mpg',
  ],
  'audio/ogg': ['audio/x-ogg', 'audio/vorbis', 'audio/x-vorbis', 'audio/x-vorbis+ogg', 'application/ogg'],
  'audio/opus': ['audio/x-opus', 'audio/x-opus+ogg', 'audio/ogg; codecs=opus'],
  'audio/vnd.dolby.dd-raw': ['audio/ac3', 'audio/x-ac3'],
  'audio/wav': ['audio/x-wav', 'audio/vnd.wave', 'audio/wave', 'audio/x-pn-wav'],
  'audio/wavpack': ['audio/x-wavpack'],
  'audio/x-caf': ['audio/caf'],
  'image/apng': ['image/vnd.mozilla.apng'],
  'image/bmp': ['image/x-ms-bmp', 'image/x-bmp', 'image/x-windows-bmp'],
  'image/icns': ['image/x-icns'],
  'image/jpeg': ['image/jpg', 'image/pjpeg', 'image/x-jpeg', 'image/x-citrix-jpeg'],
  'image/png': ['image/x-png', 'image/x-citrix-png'],
  'image/svg+xml': ['image/svg', 'image/svg-xml'],
  'image/tiff': ['image/tif', 'image/x-tif', 'image/x-tiff', 'application/tiff'],
  'image/vnd.adobe.photoshop': [
    ...['image/x-photoshop', 'image/psd', 'image/x-psd'],
    ...['application/photoshop', 'application/x-photoshop', 'application/psd'],
  ],
  'image/vnd.dwg': ['image/x-dwg', 'application/acad', 'application/x-dwg', 'application/dwg'],
  'image/vnd.ms-photo': ['image/jxr'],
  'image/x-icon': ['image/vnd.microsoft.icon', 'image/ico', 'image/x-ico'],
  'image/x-fujifilm-raf': ['image/x-fuji-raf'],
  'image/x-panasonic-rw2': ['image/x-panasonic-raw2', 'image/x-panasonic-raw'],
  'image/x-portable-anymap': ['image/x-portable-bitmap', 'image/x-portable-graymap', 'image/x-portable-pixmap'],
  'text/csv': ['text/comma-separated-values', 'text/x-csv', 'application/csv', 'application/x-csv'],
  'text/markdown': ['text/x-markdown', 'application/markdown'],
  'text/rtf': ['application/rtf', 'application/x-rtf', 'text/richtext'],
  'text/toml': ['text/x-toml', 'application/toml'],
  'text/x-sh': ['application/x-sh', 'application/x-shellscript', 'text/x-shellscript'],
  'text/x-sql': ['application/sql', 'application/x-sql', 'text/sql'],
  'text/xml': ['application/xml', 'application/x-xml'],
  'text/yaml': ['application/yaml', 'application/x-yaml', 'text/x-yaml'],
  'video/mp2t': ['video/vnd.dlna.mpeg-tts', 'video/mpeg2-transport-stream'],
  'video/mp4': ['video/x-m4v', 'video/m4v', 'video/mp4v-es', 'video/x-mp4', 'application/mp4'],
  'video/mpeg': ['video/mpg', 'video/x-mpeg', 'video/x-mpg', 'video/mp1s', 'video/mp2p', 'video/x-mpeg2'],
  'video/x-flv': ['video/flv', 'flv-application/octet-stream'],
  'video/x-matroska': ['video/matroska', 'video/mkv', 'application/x-matroska'],
  'video/x-ms-asf': ['application/vnd.ms-asf', 'audio/x-ms-asf', 'video/x-ms-asf-plugin'],
  'video/x-msvideo': ['video/vnd.avi', 'video/avi', 'video/msvideo', 'application/x-troff-msvideo'],
})

// Marked as pure, so that bundlers drop it from applications that do not use format names.
const CANONICAL = /* @__PURE__ */ (() =>
  new Map(Object.entries(names()).flatMap(([name, others]) => others.map((other) => [other, name]))))()

/**
 * Returns the one name of a format that has several: `application/zip` for Windows' `application/x-zip-compressed`. A
 * media type without other names is returned as it is.
 *
 * @param contentType lower case, without parameters
 */
export const canonicalType = (contentType: string): string => CANONICAL.get(contentType) ?? contentType
