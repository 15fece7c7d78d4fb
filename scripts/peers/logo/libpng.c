/* What a logo costs libpng alone: one decode and an encode for each size that is shown, again and again.
 *
 *     libpng PICTURE SECONDS
 *
 * With the calls that Portal uses, and the settings libpng has by itself: Portal has flat pictures written without filters.
 * Pixels are picked, not averaged, and once: scaling is no part of it.
 */

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const unsigned sides[] = {64, 128, 256};
enum { sizes = sizeof sides / sizeof sides[0], most = 8 << 20 };

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void insist(int done) {
    if (!done) exit(1);
}

static png_bytep decode(const void *file, size_t length, png_image *image) {
    memset(image, 0, sizeof *image);
    image->version = PNG_IMAGE_VERSION;
    insist(png_image_begin_read_from_memory(image, file, length));
    image->format = PNG_FORMAT_RGBA;
    image->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    png_bytep pixels = malloc(PNG_IMAGE_SIZE(*image));
    insist(pixels && png_image_finish_read(image, NULL, pixels, 0, NULL));
    return pixels;
}

static void encode(const void *pixels, unsigned side, void *target) {
    png_image image = {.version = PNG_IMAGE_VERSION, .format = PNG_FORMAT_RGBA};
    image.width = image.height = side;
    png_alloc_size_t length = most;
    insist(png_image_write_to_memory(&image, target, &length, 0, pixels, 0, NULL));
}

static png_bytep picked(const png_byte *pixels, const png_image *image, unsigned side) {
    png_bytep square = malloc(4 * side * side);
    insist(square != NULL);
    for (unsigned y = 0; y < side; y++)
        for (unsigned x = 0; x < side; x++) {
            size_t row = (size_t)y * image->height / side, column = (size_t)x * image->width / side;
            memcpy(square + 4 * (y * side + x), pixels + 4 * (row * image->width + column), 4);
        }
    return square;
}

int main(int count, char **arguments) {
    insist(count == 3);
    char *file = malloc(most), *target = malloc(most);
    FILE *source = fopen(arguments[1], "rb");
    insist(file && target && source);
    size_t length = fread(file, 1, most, source);

    png_image image;
    png_bytep pixels = decode(file, length, &image), squares[sizes];
    for (int size = 0; size < sizes; size++) squares[size] = picked(pixels, &image, sides[size]);

    double began = now(), taken;
    long times = 0;
    for (; (taken = now() - began) < atof(arguments[2]); times++) {
        free(decode(file, length, &image));
        for (int size = 0; size < sizes; size++) encode(squares[size], sides[size], target);
    }
    printf("%f\n", times / taken);
}
