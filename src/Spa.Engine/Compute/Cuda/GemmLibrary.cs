namespace Spa.Engine.Compute.Cuda;

/// <summary>Who multiplies large bfloat16 matrices. Kernels of our own give a row the same bits whatever is beside it; cuBLASLt is faster and does not promise that.</summary>
public enum GemmLibrary
{
    /// <summary>cuBLASLt on a device, where it is installed; our kernels elsewhere and on an emulated device.</summary>
    Auto,

    /// <summary>Our kernels.</summary>
    Own,

    /// <summary>cuBLASLt; an error where there is none.</summary>
    CublasLt,
}
