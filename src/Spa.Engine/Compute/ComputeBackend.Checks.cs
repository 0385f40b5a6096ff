using System.Runtime.CompilerServices;

namespace Spa.Engine.Compute;

public abstract partial class ComputeBackend
{
    private protected static void CheckTransfer(Tensor tensor, long count, int size)
    {
        if (!tensor.IsContiguous || tensor.Count != count || tensor.Type.Size() != size)
            throw new ArgumentException($"transfer of {count} elements of {size} bytes to or from {tensor}");
    }

    /// <summary>Throws with the op's name unless the condition holds.</summary>
    private protected static void Require(bool condition, Tensor tensor, [CallerMemberName] string op = "", [CallerArgumentExpression(nameof(condition))] string expected = "")
    {
        if (!condition) ThrowShape(tensor, op, expected);
    }

    private protected static void ThrowShape(Tensor tensor, string op, string expected) => throw new ArgumentException($"{op}: expected {expected}, found {tensor}");

    private protected static void RequireSameShape(Tensor a, Tensor b, [CallerMemberName] string op = "")
    {
        if (a.Rows != b.Rows || a.Columns != b.Columns || a.Layout != b.Layout) ThrowShape(b, op, $"the shape of {a}");
    }

    /// <summary>Throws with the op's name unless the tensor is a float32 matrix of this shape.</summary>
    private protected static void RequireFloat(Tensor tensor, long rows, int columns, [CallerArgumentExpression(nameof(tensor))] string name = "", [CallerMemberName] string op = "")
    {
        if (tensor.Type != DType.Float32 || tensor.Rows != rows || tensor.Columns != columns || tensor.Layout != TensorLayout.RowMajor)
            ThrowShape(tensor, op, $"{name} Float32[{rows}, {columns}]");
    }

    /// <summary>Throws with the op's name unless the tensor is a row-major matrix of this shape that the op can read as float32.</summary>
    private protected static void RequireWeight(Tensor tensor, long rows, int columns, [CallerArgumentExpression(nameof(tensor))] string name = "", [CallerMemberName] string op = "")
    {
        if (tensor.Type == DType.Int32 || tensor.Rows != rows || tensor.Columns != columns || tensor.Layout != TensorLayout.RowMajor)
            ThrowShape(tensor, op, $"{name} Float32 or BFloat16[{rows}, {columns}]");
    }

    /// <summary>Throws with the op's name unless the tensor holds <paramref name="count"/> elements of the type one behind the other.</summary>
    private protected static void RequireVector(Tensor tensor, DType type, long count, [CallerArgumentExpression(nameof(tensor))] string name = "", [CallerMemberName] string op = "")
    {
        if (tensor.Type != type || tensor.Count != count || !tensor.IsContiguous || tensor.Layout != TensorLayout.RowMajor)
            ThrowShape(tensor, op, $"{name} {type}, {count} elements, contiguous");
    }

    /// <summary>An output of one number per row, or absent.</summary>
    private protected static void RequireRows(Tensor vector, long rows, [CallerArgumentExpression(nameof(vector))] string name = "", [CallerMemberName] string op = "")
    {
        if (!vector.IsAbsent) RequireVector(vector, DType.Float32, rows, name, op);
    }

    /// <summary>Throws with the op's name unless the tensor is a row-major matrix of this shape and of this type, float32 or bfloat16.</summary>
    private protected static void RequireActivation(Tensor tensor, DType type, long rows, int columns, [CallerArgumentExpression(nameof(tensor))] string name = "",
        [CallerMemberName] string op = "")
    {
        if (type == DType.Int32 || tensor.Type != type || tensor.Rows != rows || tensor.Columns != columns || tensor.Layout != TensorLayout.RowMajor)
            ThrowShape(tensor, op, $"{name} {(type == DType.Int32 ? "Float32 or BFloat16" : type)}[{rows}, {columns}]");
    }

    private protected static ArgumentOutOfRangeException Unknown(ActivationKind kind, [CallerMemberName] string op = "") => new(nameof(kind), kind, $"{op}: no such activation");
}
