// Passes over the features of the paper's network, for `passes.py`: what lies between two convolutions, in one go.
//
// Features are images of 32 channels, channels last: (images, height, width, 32), in float, double or bfloat16. Sums
// are made in float along a row of cells and in double over rows, by thread in a fixed order: the same bytes each time.

#include <cstdint>
#include <cstring>
#include <vector>

namespace {

constexpr int64_t FEATURES = 32;
constexpr int64_t CLASSES = 9;  // of cells, by which of their neighbours lie in the window: corners, edges, the inside

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

// Ask for memory that comes up 2 KiB further on. Twice as quick as leaving it to the processor of a virtual machine, where
// features come from beyond the cache (measured: 14 against 33 GB/s). What lies past the end is never read.
template <class T> void ahead(const T *here) { __builtin_prefetch(reinterpret_cast<const char *>(here) + 2048); }

template <class T> struct Sum { using type = float; };
template <> struct Sum<double> { using type = double; };
template <class T> using sum_t = typename Sum<T>::type;

// Rows of cells shared out among threads; `work(row, share)` adds to the thread's own share, and shares are added up
// in the order of threads.
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

// Sums of a and of a * b over all cells, out (2, 32).
template <class T>
void moments(const T *a, const T *b, int64_t rows, int64_t width, double *out, int threads) {
    over_rows(rows, 2 * FEATURES, out, threads, [=](int64_t row, double *share) {
        sum_t<T> plain[FEATURES] = {}, product[FEATURES] = {};
        const T *p = a + row * width * FEATURES, *q = b + row * width * FEATURES;
        for (int64_t x = 0; x < width; ++x, p += FEATURES, q += FEATURES) {
            ahead(p);
            ahead(q);
            for (int64_t c = 0; c < FEATURES; ++c) {
                const sum_t<T> value = p[c];
                plain[c] += value;
                product[c] += value * sum_t<T>(q[c]);
            }
        }
        for (int64_t c = 0; c < FEATURES; ++c) {
            share[c] += plain[c];
            share[FEATURES + c] += product[c];
        }
    });
}

// Where y = relu(z) > 0 put the derivative by z in the place of y, elsewhere 0:
//     constant + slope * y + gain * (earlier, of all frames but the last, and later, of all but the first).
// `later` may be null, then `earlier` has as many frames as y. Sums of it by class of cell go to out (9, 32).
template <class T>
void backward(T *y, const T *earlier, const T *later, int64_t frames, int64_t images, int64_t height, int64_t width,
              const sum_t<T> *constant, const sum_t<T> *slope, const sum_t<T> *gain, double *out, int threads) {
    const std::vector<T> nothing(width * FEATURES, T{});
    over_rows(frames * images * height, CLASSES * FEATURES, out, threads, [=, &nothing](int64_t row, double *share) {
        const int64_t frame = row / (images * height), step = width * FEATURES, line = row % height;
        const bool has_earlier = later == nullptr || frame < frames - 1, has_later = later != nullptr && frame > 0;
        const T *e = has_earlier ? earlier + row * step : nothing.data();
        const T *l = has_later ? later + (row - images * height) * step : nothing.data();
        T *p = y + row * step;
        sum_t<T> total[FEATURES] = {};
        for (int64_t x = 0; x < step; x += FEATURES) {
            ahead(p + x);
            ahead(e + x);
            ahead(l + x);
            for (int64_t c = 0; c < FEATURES; ++c) {
                const sum_t<T> here = p[x + c];
                const sum_t<T> value = constant[c] + slope[c] * here + gain[c] * (sum_t<T>(e[x + c]) + sum_t<T>(l[x + c]));
                p[x + c] = here > 0 ? value : sum_t<T>(0);
                total[c] += sum_t<T>(p[x + c]);
            }
        }
        double *group = share + (line == 0 ? 0 : line == height - 1 ? 6 : 3) * FEATURES;
        for (int64_t c = 0; c < FEATURES; ++c) {
            const double left = sum_t<T>(p[c]), right = sum_t<T>(p[step - FEATURES + c]);
            group[c] += left;
            group[FEATURES + c] += total[c] - left - right;
            group[2 * FEATURES + c] += right;
        }
    });
}

// Put scale * y + shift + g in the place of g.
template <class T>
void join(const T *y, T *g, int64_t cells, const sum_t<T> *scale, const sum_t<T> *shift, int threads) {
#pragma omp parallel for num_threads(threads) schedule(static)
    for (int64_t cell = 0; cell < cells; ++cell) {
        const T *p = y + cell * FEATURES;
        T *q = g + cell * FEATURES;
        ahead(p);
        ahead(q);
        for (int64_t c = 0; c < FEATURES; ++c) q[c] = scale[c] * sum_t<T>(p[c]) + shift[c] + sum_t<T>(q[c]);
    }
}

}  // namespace

#define SMEN_PASSES(NAME, T)                                                                                           \
    void moments_##NAME(const T *a, const T *b, int64_t rows, int64_t width, double *out, int threads) {               \
        moments(a, b, rows, width, out, threads);                                                                      \
    }                                                                                                                  \
    void backward_##NAME(T *y, const T *earlier, const T *later, int64_t frames, int64_t images, int64_t height,       \
                         int64_t width, const sum_t<T> *constant, const sum_t<T> *slope, const sum_t<T> *gain,         \
                         double *out, int threads) {                                                                   \
        backward(y, earlier, later, frames, images, height, width, constant, slope, gain, out, threads);               \
    }                                                                                                                  \
    void join_##NAME(const T *y, T *g, int64_t cells, const sum_t<T> *scale, const sum_t<T> *shift, int threads) {     \
        join(y, g, cells, scale, shift, threads);                                                                      \
    }

extern "C" {
SMEN_PASSES(float32, float)
SMEN_PASSES(float64, double)
SMEN_PASSES(bfloat16, bfloat16)
}
