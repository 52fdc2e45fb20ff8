import sharp from 'sharp'

/**
 * sharp as this room uses it: without SVG (which reads neighbouring files and can hang) and every other loader that no
 * photograph needs, without a cache of open files, and with one thread a picture, since there is a process per core
 * (photo-facts §5.4, §5.6). Import it from here, never from the package: these settings hold for the whole process.
 */
sharp.cache(false)
sharp.concurrency(1)
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: [
    'VipsForeignLoadJpeg',
    'VipsForeignLoadPng',
    'VipsForeignLoadWebp',
    'VipsForeignLoadTiff',
    'VipsForeignLoadHeif',
    'VipsForeignLoadNsgif'
  ]
})

export { sharp }
