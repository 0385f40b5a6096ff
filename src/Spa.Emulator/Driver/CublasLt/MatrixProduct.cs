using System.Runtime.Intrinsics;

namespace Spa.Emulator.Driver.CublasLt;

/// <summary>The product of dense row-major float32 matrices: each element is one chain of fused multiply-adds over k ascending.</summary>
internal static unsafe class MatrixProduct
{
    private const int Rows = 4, Columns = 32;

    /// <summary>a (m, k) times b (k, n).</summary>
    public static float[] Multiply(float[] a, float[] b, int m, int n, int k)
    {
        float[] product = new float[(long)m * n];
        fixed (float* left = a, right = b, output = product)
        {
            int wide = n - n % Columns;
            for (int column = 0; column < wide; column += Columns)
            {
                int row = 0;
                for (; row + Rows <= m; row += Rows) Tile(left + (long)row * k, right + column, output + (long)row * n + column, n, k);
                for (; row < m; row++) Row(left + (long)row * k, right + column, output + (long)row * n + column, n, k);
            }

            if (wide < n)
                for (int row = 0; row < m; row++) Rest(left + (long)row * k, right + wide, output + (long)row * n + wide, n - wide, n, k);
        }

        return product;
    }

    private static void Tile(float* a, float* b, float* c, int n, int k)
    {
        Vector512<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        for (int i = 0; i < k; i++)
        {
            Vector512<float> b0 = Vector512.Load(b + (long)i * n), b1 = Vector512.Load(b + (long)i * n + 16);
            Vector512<float> a0 = Vector512.Create(a[i]), a1 = Vector512.Create(a[k + i]), a2 = Vector512.Create(a[2L * k + i]), a3 = Vector512.Create(a[3L * k + i]);
            c00 = Vector512.FusedMultiplyAdd(a0, b0, c00);
            c01 = Vector512.FusedMultiplyAdd(a0, b1, c01);
            c10 = Vector512.FusedMultiplyAdd(a1, b0, c10);
            c11 = Vector512.FusedMultiplyAdd(a1, b1, c11);
            c20 = Vector512.FusedMultiplyAdd(a2, b0, c20);
            c21 = Vector512.FusedMultiplyAdd(a2, b1, c21);
            c30 = Vector512.FusedMultiplyAdd(a3, b0, c30);
            c31 = Vector512.FusedMultiplyAdd(a3, b1, c31);
        }

        c00.Store(c);
        c01.Store(c + 16);
        c10.Store(c + n);
        c11.Store(c + n + 16);
        c20.Store(c + 2L * n);
        c21.Store(c + 2L * n + 16);
        c30.Store(c + 3L * n);
        c31.Store(c + 3L * n + 16);
    }

    private static void Row(float* a, float* b, float* c, int n, int k)
    {
        Vector512<float> c0 = default, c1 = default;
        for (int i = 0; i < k; i++)
        {
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[i]), Vector512.Load(b + (long)i * n), c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[i]), Vector512.Load(b + (long)i * n + 16), c1);
        }

        c0.Store(c);
        c1.Store(c + 16);
    }

    private static void Rest(float* a, float* b, float* c, int columns, int n, int k)
    {
        for (int i = 0; i < k; i++)
            for (int j = 0; j < columns; j++) c[j] = MathF.FusedMultiplyAdd(a[i], b[(long)i * n + j], c[j]);
    }
}
