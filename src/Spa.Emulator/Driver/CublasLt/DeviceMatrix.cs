using System.Runtime.InteropServices;
using Spa.Interop.CublasLt;

namespace Spa.Emulator.Driver.CublasLt;

/// <summary>Moves matrices between device memory, through its checks, and dense row-major float32.</summary>
internal static class DeviceMatrix
{
    /// <summary>Reads one matrix of a batch.</summary>
    /// <param name="context">Whose memory.</param>
    /// <param name="layout">How it is stored.</param>
    /// <param name="address">Of the first matrix.</param>
    /// <param name="index">Which matrix of the batch.</param>
    /// <param name="transpose">Whether the result is [columns, rows].</param>
    public static float[] Read(EmulatedContext context, in MatrixLayout layout, ulong address, int index, bool transpose)
    {
        float[] dense = new float[layout.Rows * layout.Columns];
        float[] line = new float[layout.LineLength];
        bool isContiguous = layout.IsRowMajor != transpose;
        for (long i = 0; i < layout.Lines; i++)
        {
            Widen(layout.Type, context.Core.Memory.Access(At(layout, address, index, i), layout.LineBytes, write: false), line);
            if (isContiguous) line.CopyTo(dense, i * layout.LineLength);
            else
                for (long j = 0; j < line.Length; j++) dense[j * layout.Lines + i] = line[j];
        }

        return dense;
    }

    /// <summary>Writes one matrix of a batch from dense rows, rounded to nearest even.</summary>
    public static void Write(EmulatedContext context, in MatrixLayout layout, ulong address, int index, float[] dense)
    {
        float[] line = new float[layout.LineLength];
        for (long i = 0; i < layout.Lines; i++)
        {
            for (long j = 0; j < line.Length; j++) line[j] = layout.IsRowMajor ? dense[i * layout.Columns + j] : dense[j * layout.Columns + i];
            Narrow(layout.Type, line, context.Core.Memory.Access(At(layout, address, index, i), layout.LineBytes, write: true));
        }
    }

    /// <summary>A vector of the bias.</summary>
    public static float[] ReadVector(EmulatedContext context, cudaDataType_t type, ulong address, long length) =>
        Read(context, new MatrixLayout(type, 1, length, length, true, 1, 0), address, 0, transpose: false);

    private static ulong At(in MatrixLayout layout, ulong address, int index, long line) => address + (ulong)((index * layout.Stride + line * layout.Lead) * layout.ElementBytes);

    private static void Widen(cudaDataType_t type, ReadOnlySpan<byte> bytes, float[] values)
    {
        if (type == cudaDataType_t.CUDA_R_32F)
        {
            MemoryMarshal.Cast<byte, float>(bytes).CopyTo(values);
            return;
        }

        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        bool isBf16 = type == cudaDataType_t.CUDA_R_16BF;
        for (int i = 0; i < values.Length; i++)
            values[i] = isBf16 ? BitConverter.UInt32BitsToSingle((uint)halves[i] << 16) : (float)BitConverter.UInt16BitsToHalf(halves[i]);
    }

    private static void Narrow(cudaDataType_t type, float[] values, Span<byte> bytes)
    {
        if (type == cudaDataType_t.CUDA_R_32F)
        {
            MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(bytes);
            return;
        }

        Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(bytes);
        bool isBf16 = type == cudaDataType_t.CUDA_R_16BF;
        for (int i = 0; i < values.Length; i++) halves[i] = isBf16 ? Bf16(values[i]) : BitConverter.HalfToUInt16Bits((Half)values[i]);
    }

    private static ushort Bf16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FFF : (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }
}
