"""Draws the pictures of the local Replicate. The same order gives the same bytes.

How a picture comes about: the runner reads the input of a prediction into an `Order` (order.py, sizes.py) and calls
`render` (render.py) once per picture. `paint` (paint.py) starts a stream of random numbers from the seed
(randomness.py), reads subject, hour and colours from the prompt (words.py), and goes one of two ways.

- Without a photo it builds a scene: a builder for each subject (interiors.py, exteriors.py, products.py, concepts.py)
  puts furniture and simple shapes (furniture.py, scene.py, geometry.py) into it. tracing.py finds the shape that each
  pixel shows, surface.py its colour, shading.py and shadows.py the light on it; film.py turns light into a picture.
- With a photo it changes the photo (photo.py): regions.py finds its surfaces, its sky and its distances,
  recolouring.py and outdoors.py give them the colours and the light of the prompt, handmade.py makes drawings and
  paintings of it.

At the end styles.py applies the style that the request names, and `render` encodes the picture as a file. colors.py and
filters.py hold what several of these need.
"""

import os

# numpy reads this when it is first imported. Its matrices here have three rows: more threads would only wait for each
# other and take the processor from everything else on the machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
