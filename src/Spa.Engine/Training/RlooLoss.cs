namespace Spa.Engine.Training;

/// <summary>Loss of a response, its derivative by the response's log-prob, and whether the ratio was clipped.</summary>
public readonly record struct RlooLoss(double Loss, double Derivative, bool IsClipped);
