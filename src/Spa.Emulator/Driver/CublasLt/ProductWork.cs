using Spa.Interop.CublasLt;

namespace Spa.Emulator.Driver.CublasLt;

/// <summary>D = epilogue(alpha op(A) op(B) + beta C + bias), for every matrix of a batch. With beta 0, C is not read.</summary>
internal sealed class ProductWork : StreamWork
{
    public override string Kind => "matrix product";

    public required Operand A { get; init; }

    public required Operand B { get; init; }

    public required Operand C { get; init; }

    public required Operand D { get; init; }

    public required float Alpha { get; init; }

    public required float Beta { get; init; }

    public required cublasLtEpilogue_t Epilogue { get; init; }

    public required ulong Bias { get; init; }

    public required cudaDataType_t BiasType { get; init; }

    public static bool IsSupported(cublasLtEpilogue_t epilogue) => epilogue is cublasLtEpilogue_t.CUBLASLT_EPILOGUE_DEFAULT or cublasLtEpilogue_t.CUBLASLT_EPILOGUE_BIAS
        or cublasLtEpilogue_t.CUBLASLT_EPILOGUE_RELU or cublasLtEpilogue_t.CUBLASLT_EPILOGUE_RELU_BIAS
        or cublasLtEpilogue_t.CUBLASLT_EPILOGUE_GELU or cublasLtEpilogue_t.CUBLASLT_EPILOGUE_GELU_BIAS;

    public override void Run(EmulatedContext context)
    {
        int m = (int)D.Layout.Rows, n = (int)D.Layout.Columns, k = (int)(A.Transpose ? A.Layout.Rows : A.Layout.Columns);
        float[]? bias = ((int)Epilogue & (int)cublasLtEpilogue_t.CUBLASLT_EPILOGUE_BIAS) != 0 ? DeviceMatrix.ReadVector(context, BiasType, Bias, m) : null;
        for (int i = 0; i < D.Layout.Batch; i++)
        {
            float[] product = MatrixProduct.Multiply(Read(context, A, i), Read(context, B, i), m, n, k);
            float[]? addend = Beta == 0 ? null : Read(context, C, i);
            for (int row = 0; row < m; row++)
            {
                for (int column = 0; column < n; column++)
                {
                    int at = row * n + column;
                    float value = Alpha * product[at];
                    if (addend is not null) value = MathF.FusedMultiplyAdd(Beta, addend[at], value);
                    if (bias is not null) value += bias[row];
                    product[at] = Activate(value);
                }
            }

            DeviceMatrix.Write(context, D.Layout, D.Address, i, product);
        }
    }

    private float Activate(float x)
    {
        if (((int)Epilogue & (int)cublasLtEpilogue_t.CUBLASLT_EPILOGUE_RELU) != 0) return MathF.Max(x, 0);
        if (((int)Epilogue & (int)cublasLtEpilogue_t.CUBLASLT_EPILOGUE_GELU) == 0) return x;
        return 0.5f * x * (1 + MathF.Tanh(0.7978845608f * (x + 0.044715f * x * x * x)));
    }

    private static float[] Read(EmulatedContext context, in Operand operand, int index) => DeviceMatrix.Read(context, operand.Layout, operand.Address, index, operand.Transpose);

    /// <summary>A matrix of the product.</summary>
    internal readonly record struct Operand(ulong Address, MatrixLayout Layout, bool Transpose);
}
