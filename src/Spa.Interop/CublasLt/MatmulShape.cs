namespace Spa.Interop.CublasLt;

/// <summary>A product D[M, N] = alpha op(A) op(B) + beta C (+ bias) of row-major matrices.</summary>
/// <param name="M">Rows of D.</param>
/// <param name="N">Columns of D.</param>
/// <param name="K">Summed over.</param>
/// <param name="TransposeA">A is stored [K, M].</param>
/// <param name="TransposeB">B is stored [N, K].</param>
/// <param name="InputType">Element type of A and B.</param>
/// <param name="OutputType">Element type of C and D.</param>
/// <param name="StrideA">Elements from one stored row of A to the next.</param>
/// <param name="StrideB">Elements from one stored row of B to the next.</param>
/// <param name="StrideD">Elements from one row of D to the next.</param>
/// <param name="Compute">Type in which products are summed.</param>
/// <param name="StrideC">Elements from one row of C to the next; 0: C is D.</param>
/// <param name="HasBias">A vector [N] is added to every row.</param>
/// <param name="BiasType">Its element type.</param>
public readonly record struct MatmulShape(long M, long N, long K, bool TransposeA, bool TransposeB, cudaDataType_t InputType, cudaDataType_t OutputType,
    long StrideA, long StrideB, long StrideD, cublasComputeType_t Compute = cublasComputeType_t.CUBLAS_COMPUTE_32F, long StrideC = 0, bool HasBias = false,
    cudaDataType_t BiasType = cudaDataType_t.CUDA_R_32F);
