namespace Spa.Engine.Training;

/// <summary>Loss of a pair of rewards and its derivatives by both.</summary>
public readonly record struct RewardLoss(double Loss, double Chosen, double Rejected);
