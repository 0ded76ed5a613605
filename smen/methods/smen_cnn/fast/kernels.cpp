// Loops over the features of the paper's network, for `kernels.py`: what lies between two convolutions.
//
// Features are images of 32 channels, channels last: (images, height, width, 32), in float, double or bfloat16. Sums
// are kept in float along a row of cells and in double over rows, by thread in a fixed order: the same bytes each time.

#include <cstdint>
#include <cstring>
#include <vector>

namespace {

constexpr int64_t FEATURES = 32;
constexpr int64_t CLASSES = 9;  // of cells, by which of their neighbours lie in the window: corners, edges, interior

// The upper half of a float.
struct bfloat16 {
    uint16_t bits;

    operator float() const {
        const uint32_t whole = uint32_t(bits) << 16;
        float value;
        std::memcpy(&value, &whole, sizeof value);
        return value;
    }

    bfloat16 &operator=(float value) {  // to the nearest, halves to the even
        uint32_t whole;
        std::memcpy(&whole, &value, sizeof whole);
        bits = uint16_t((whole + 0x7fff + ((whole >> 16) & 1)) >> 16);
        return *this;
    }
};

// Prefetch the memory 2 KiB further on: twice as fast as the hardware prefetcher of a virtual machine where features
// lie beyond the cache (measured: 33 against 14 GB/s). What lies past the end is never read.
template <class T> void prefetch(const T *here) { __builtin_prefetch(reinterpret_cast<const char *>(here) + 2048); }

// The type of sums over features of a type.
template <class T> struct AccumulatorOf { using type = float; };
template <> struct AccumulatorOf<double> { using type = double; };
template <class T> using accumulator_t = typename AccumulatorOf<T>::type;

// Distribute rows of cells over threads: `work(row, share)` adds to the thread's own sums, which are then added up in
// the order of threads.
template <class Work>
void over_rows(int64_t rows, int64_t size, double *out, int threads, Work work) {
    std::vector<std::vector<double>> shares(threads, std::vector<double>(size, 0.0));
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int thread = 0; thread < threads; ++thread)
        for (int64_t row = rows * thread / threads; row < rows * (thread + 1) / threads; ++row)
            work(row, shares[thread].data());
    for (int64_t i = 0; i < size; ++i) {
        out[i] = 0.0;
        for (const auto &share : shares) out[i] += share[i];
    }
}

// Sums of a and of a * b over all cells, to out (2, 32).
template <class T>
void channel_sums(const T *a, const T *b, int64_t rows, int64_t width, double *out, int threads) {
    over_rows(rows, 2 * FEATURES, out, threads, [=](int64_t row, double *share) {
        accumulator_t<T> plain[FEATURES] = {}, product[FEATURES] = {};
        const T *p = a + row * width * FEATURES, *q = b + row * width * FEATURES;
        for (int64_t x = 0; x < width; ++x, p += FEATURES, q += FEATURES) {
            prefetch(p);
            prefetch(q);
            for (int64_t c = 0; c < FEATURES; ++c) {
                const accumulator_t<T> value = p[c];
                plain[c] += value;
                product[c] += value * accumulator_t<T>(q[c]);
            }
        }
        for (int64_t c = 0; c < FEATURES; ++c) {
            share[c] += plain[c];
            share[FEATURES + c] += product[c];
        }
    });
}

// Replace y = relu(z) by the gradient by z: 0 where y = 0, elsewhere
//     constant + slope * y + gain * (earlier, of all frames but the last, and later, of all but the first).
// `later` may be null, then `earlier` has as many frames as y. Sums of it by class of cell go to out (9, 32).
template <class T>
void relu_backward(T *y, const T *earlier, const T *later, int64_t frames, int64_t images, int64_t height,
                   int64_t width, const accumulator_t<T> *constant, const accumulator_t<T> *slope,
                   const accumulator_t<T> *gain, double *out, int threads) {
    using Accumulator = accumulator_t<T>;
    const std::vector<T> nothing(width * FEATURES, T{});
    over_rows(frames * images * height, CLASSES * FEATURES, out, threads, [=, &nothing](int64_t row, double *share) {
        const int64_t frame = row / (images * height), step = width * FEATURES, line = row % height;
        const bool has_earlier = later == nullptr || frame < frames - 1, has_later = later != nullptr && frame > 0;
        const T *e = has_earlier ? earlier + row * step : nothing.data();
        const T *l = has_later ? later + (row - images * height) * step : nothing.data();
        T *p = y + row * step;
        Accumulator total[FEATURES] = {};
        for (int64_t x = 0; x < step; x += FEATURES) {
            prefetch(p + x);
            prefetch(e + x);
            prefetch(l + x);
            for (int64_t c = 0; c < FEATURES; ++c) {
                const Accumulator here = p[x + c];
                const Accumulator following = Accumulator(e[x + c]) + Accumulator(l[x + c]);
                const Accumulator value = constant[c] + slope[c] * here + gain[c] * following;
                p[x + c] = here > 0 ? value : Accumulator(0);
                total[c] += Accumulator(p[x + c]);
            }
        }
        double *group = share + (line == 0 ? 0 : line == height - 1 ? 6 : 3) * FEATURES;
        for (int64_t c = 0; c < FEATURES; ++c) {
            const double left = Accumulator(p[c]), right = Accumulator(p[step - FEATURES + c]);
            group[c] += left;
            group[FEATURES + c] += total[c] - left - right;
            group[2 * FEATURES + c] += right;
        }
    });
}

// Replace g by scale * y + shift + g.
template <class T>
void scale_shift_add(const T *y, T *g, int64_t cells, const accumulator_t<T> *scale, const accumulator_t<T> *shift,
                     int threads) {
    using Accumulator = accumulator_t<T>;
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t cell = 0; cell < cells; ++cell) {
        const T *p = y + cell * FEATURES;
        T *q = g + cell * FEATURES;
        prefetch(p);
        prefetch(q);
        for (int64_t c = 0; c < FEATURES; ++c) q[c] = scale[c] * Accumulator(p[c]) + shift[c] + Accumulator(q[c]);
    }
}

}  // namespace

#define SMEN_KERNELS(NAME, T)                                                                                          \
    void channel_sums_##NAME(const T *a, const T *b, int64_t rows, int64_t width, double *out, int threads) {          \
        channel_sums(a, b, rows, width, out, threads);                                                                 \
    }                                                                                                                  \
    void relu_backward_##NAME(T *y, const T *earlier, const T *later, int64_t frames, int64_t images, int64_t height,  \
                              int64_t width, const accumulator_t<T> *constant, const accumulator_t<T> *slope,          \
                              const accumulator_t<T> *gain, double *out, int threads) {                                \
        relu_backward(y, earlier, later, frames, images, height, width, constant, slope, gain, out, threads);          \
    }                                                                                                                  \
    void scale_shift_add_##NAME(const T *y, T *g, int64_t cells, const accumulator_t<T> *scale,                        \
                                const accumulator_t<T> *shift, int threads) {                                          \
        scale_shift_add(y, g, cells, scale, shift, threads);                                                           \
    }

extern "C" {
SMEN_KERNELS(float32, float)
SMEN_KERNELS(float64, double)
SMEN_KERNELS(bfloat16, bfloat16)
}
