namespace Spa.Interop.Driver;

/// <summary>How a graph is instantiated.</summary>
public enum CUgraphInstantiate_flags : ulong
{
    CUDA_GRAPH_INSTANTIATE_FLAG_NONE = 0,
    CUDA_GRAPH_INSTANTIATE_FLAG_AUTO_FREE_ON_LAUNCH = 1,
    CUDA_GRAPH_INSTANTIATE_FLAG_UPLOAD = 2,
    CUDA_GRAPH_INSTANTIATE_FLAG_DEVICE_LAUNCH = 4,
    CUDA_GRAPH_INSTANTIATE_FLAG_USE_NODE_PRIORITY = 8,
}
